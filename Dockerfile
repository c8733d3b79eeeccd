# Two stages: the first installs into /opt/launch, the second holds nothing but that and a user without rights.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/launch
RUN /opt/launch/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/build.txt -r requirements/run.txt
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot bot
COPY checks checks
RUN /opt/launch/bin/python -m pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data launch && mkdir /data && chown 10001 /data
COPY --from=build /opt/launch /opt/launch
ENV PATH=/opt/launch/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LAUNCH_DATA=/data LAUNCH_CONFIG=/data/launch.yml \
    HOME=/data
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["launch", "doctor", "--health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["launch"]
CMD ["run"]
